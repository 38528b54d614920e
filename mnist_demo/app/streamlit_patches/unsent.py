"""What was drawn reaches the page, also when a live fragment is drawn again before it was sent."""

import functools

from mnist_demo.app.streamlit_patches import session_method


@functools.cache
def keep() -> None:
    """Let every session of this server send all that it drew; to be called before anything is drawn.

    When a fragment's run begins, Streamlit (1.67, `ForwardMsgQueue.clear`) throws away what it has drawn of that
    fragment and not sent yet, as the fragment is about to draw it anew. But it keeps the message that a run of the
    whole page has ended, upon which the page takes away whatever that run did not draw: here the fragment, which
    is gone until its own run has drawn it. So a page vanished for a moment, and jumped to its top, when a training
    ended on a slow machine: the timer of a live fragment had fired while the whole page was drawn. Sent as it is,
    everything comes in the order in which it was drawn; what is drawn twice costs one message more.
    """

    def changed(clear: session_method.Method) -> session_method.Method:
        def clear_queue(self: object, fragment_ids_this_run: list[str] | None = None) -> None:
            # Of no fragment, instead of none: as a fragment's run begins, but with nothing thrown away.
            clear(self, None if fragment_ids_this_run is None else [])

        return clear_queue

    session_method.replace("_clear_queue", ("self", "fragment_ids_this_run"), changed)
