"""The page script, which every visit runs: the navigation, the sidebar and the requested page.

The front door (`app/server.py`) runs this script. `streamlit run mnist_demo/app/main.py` works too, without what the
front door adds, for a host that does not support `st.App`.
"""

import sys
from pathlib import Path


def main() -> None:
    """Draw the navigation, the sidebar and the requested page."""
    # Worker processes execute this file again, so heavy imports are late.
    import streamlit as st

    from mnist_demo.app import lesson_guide, navigation, sidebar, warm_up
    from mnist_demo.app.session import housekeeping, opening
    from mnist_demo.app.theme import accessibility, phone_menu, style

    # The icon is a file, because a material icon would be fetched from another host.
    st.set_page_config(page_title="Digit lab", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide")
    warm_up.begin()
    style.apply()
    opening.open_lab()
    page = st.navigation(navigation.pages())
    with st.sidebar:
        sidebar.show()
        accessibility.apply()
        phone_menu.apply()
    housekeeping.warn_of_unwritable_home()
    lesson_guide.show(navigation.name_of(page))
    try:
        page.run()
    finally:
        warm_up.freeze_imports(page.title)


def _find_package() -> None:
    """Replace this folder, which Streamlit puts on the import path, by the package's parent."""
    # The folders in this folder would hide packages of the same names.
    here = Path(__file__).resolve().parent
    sys.path[:] = [path for path in sys.path if path != str(here)]
    if (root := str(here.parent.parent)) not in sys.path:
        sys.path.insert(0, root)


if __name__ == "__main__":
    _find_package()
    main()
