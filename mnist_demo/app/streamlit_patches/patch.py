"""A mend of Streamlit: another method in the place of one of Streamlit's, where that is still the known one."""

import inspect
import logging
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Method = Callable[..., Any]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One mend.

    Attributes:
        name: What the mend does, and its module's name.
        fault: What goes wrong in Streamlit without it.
        seen_in: The Streamlit version that has the fault.
        owner: The class to change, such as 'package.module:Class'.
        method: The name of the method to replace.
        parameters: The names of all that the known method takes, self included.
        change: Makes the new method from the old one.
    """

    name: str
    fault: str
    seen_in: str
    owner: str
    method: str
    parameters: tuple[str, ...]
    change: Callable[[Method], Method]

    def apply(self) -> bool:
        """Replace the method; call once for a server.

        A method that is gone or takes something else stays as it is: better the fault than no lab.

        Returns:
            Whether the method was replaced; the log says why not.
        """
        try:
            owner = pkgutil.resolve_name(self.owner)
            method = getattr(owner, self.method)
            known = tuple(inspect.signature(method).parameters) == self.parameters
        except (ImportError, AttributeError, ValueError, TypeError):
            known = False
        if not known:
            _log.warning(
                "The mend %s does not fit this Streamlit (%s.%s is another than in %s): %s",
                self.name,
                self.owner,
                self.method,
                self.seen_in,
                self.fault,
            )
            return False
        setattr(owner, self.method, self.change(method))
        return True
