from ui.shell import dark_shell


def test_the_page_is_dark_and_ours_before_any_script_runs():
    head, _, body = dark_shell().partition("</head>")
    assert "<title>radseek</title>" in head
    assert "background: #0b0c0e" in head
    assert '<meta name="color-scheme" content="dark">' in head
    assert '<div id="root"></div>' in body
