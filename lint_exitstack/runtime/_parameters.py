"""Type parameters for checkers; mere names at run time, as importing `typing` takes long."""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any, Generic as Generic  # noqa: PLC0414 - exported

    from typing_extensions import ParamSpec, TypeVar

    T = TypeVar("T")
    P = ParamSpec("P")
    T_co = TypeVar("T_co", covariant=True)
    SendT_contra = TypeVar("SendT_contra", contravariant=True, default=None)
    ReturnT_co = TypeVar("ReturnT_co", covariant=True, default=None)
    # What `__exit__` returns: exactly `bool` tells checkers that the block may swallow.
    ExitT_co = TypeVar("ExitT_co", covariant=True, bound=bool | None, default=bool | None)
else:
    # Subscripting a class at run time needs some object in the brackets, nothing reads it.
    from types import GenericAlias

    class Generic:
        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)

    Any = T = P = T_co = SendT_contra = ReturnT_co = ExitT_co = object
