"""A patch of Streamlit, which replaces a method of Streamlit if that method is still the known one."""

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
    """One patch.

    Attributes:
        name: The effect of the patch, and the name of its module.
        fault: The fault of Streamlit without the patch.
        seen_in: The Streamlit version that has the fault.
        owner: The class to change, such as 'package.module:Class'.
        method: The name of the method to replace.
        parameters: The names of the known method's parameters, self included.
        change: A function that makes the new method from the old one.
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

        A method that is gone or has other parameters stays unchanged, because a fault is better than no lab.

        Returns:
            Whether the method was replaced; the log says why it was not.
        """
        try:
            owner = pkgutil.resolve_name(self.owner)
            method = getattr(owner, self.method)
            known = tuple(inspect.signature(method).parameters) == self.parameters
        except (ImportError, AttributeError, ValueError, TypeError):
            known = False
        if not known:
            _log.warning(
                "The patch %s does not fit this Streamlit (%s.%s is another than in %s): %s",
                self.name,
                self.owner,
                self.method,
                self.seen_in,
                self.fault,
            )
            return False
        setattr(owner, self.method, self.change(method))
        return True
