from ui.shell import shell, shell_in
from ui.theme import Theme, tokens


def test_the_page_has_its_colours_before_any_script_of_streamlit_runs():
    before, _, after = shell().partition('<script type="module"')
    assert "<title>radseek</title>" in before
    assert f"--rs-ground: {tokens(Theme.DARK)['--rs-ground']}" in before
    assert "background: var(--rs-ground)" in before
    assert "root.dataset.theme" in before
    assert '<div id="root"></div>' in after


def test_nothing_speaks_to_programs_or_of_streamlit():
    assert "service-desc" not in shell()
    assert "agent" not in shell().partition("<body>")[2]


def test_the_page_says_what_language_it_is_in():
    assert '<html lang="zh"' in shell_in("zh")
    assert '<html lang="en"' in shell_in("en")
