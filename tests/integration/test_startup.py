"""What a command must not pay for."""

import subprocess
import sys

HEAVY = ("torch", "transformers", "faiss", "streamlit", "sqlalchemy", "pydicom", "PIL")


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['radseek', '--help']\n"
        "try:\n    from radseek.cli import main; main()\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[]"
    assert "index" in run.stdout


def test_a_search_by_words_imports_no_reader_of_files():
    code = (
        "import sys\n"
        "import radseek.archive\n"
        "print([m for m in ('pydicom', 'gdcm', 'nibabel') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
