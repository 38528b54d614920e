"""Keeps what a page has drawn and not sent yet, even when a live fragment begins to draw again."""

from mnist_demo.app.streamlit_patches.patch import Method, Patch


def _change(clear: Method) -> Method:
    def clear_queue(self: object, fragment_ids_this_run: list[str] | None = None) -> None:
        # An empty list keeps everything, as if another fragment's run began; None remains a run of the whole page.
        clear(self, None if fragment_ids_this_run is None else [])

    return clear_queue


# When a fragment's run begins, `ForwardMsgQueue.clear` drops the unsent messages of that fragment. It still keeps the
# message that a run of the whole page has ended, upon which the page removes the elements that this run did not draw:
# here the fragment, until its own run has drawn it. A page vanished for a moment and jumped to its top when a training
# ended on a slow machine. The whole queue arrives in the order of drawing, at the cost of one more message.
KEEP_UNSENT_FRAGMENTS = Patch(
    name="keep_unsent_fragments",
    fault="a live fragment vanishes for a moment when it is drawn again before the whole page was sent",
    seen_in="1.67",
    owner="streamlit.runtime.app_session:AppSession",
    method="_clear_queue",
    parameters=("self", "fragment_ids_this_run"),
    change=_change,
)
