"""Context managers as `contextlib` has them: newest semantics, on every Python from 3.11, faster.

A drop-in: every public name of `contextlib` is here and behaves as documented for Python 3.15,
with two differences. Where a stack of contextlib leaves an exception otherwise than nested `with`
statements would, ours does as the language does; and stacks show what they have still to run.
`guards` adds exits that depend on the outcome, `aio` takes sync and async things alike.

Imports nothing but a few modules that the interpreter has loaded anyway.
"""

from ._abstract import (
    AbstractAsyncContextManager as AbstractAsyncContextManager,
    AbstractContextManager as AbstractContextManager,
)
from ._async_generators import asynccontextmanager as asynccontextmanager
from ._async_stacks import AsyncExitStack as AsyncExitStack
from ._decorators import (
    AsyncContextDecorator as AsyncContextDecorator,
    ContextDecorator as ContextDecorator,
)
from ._generators import contextmanager as contextmanager
from ._pending import PendingExit as PendingExit
from ._small import (
    aclosing as aclosing,
    chdir as chdir,
    closing as closing,
    nullcontext as nullcontext,
    redirect_stderr as redirect_stderr,
    redirect_stdout as redirect_stdout,
    suppress as suppress,
)
from ._stacks import ExitStack as ExitStack

__all__ = [
    "AbstractAsyncContextManager",
    "AbstractContextManager",
    "AsyncContextDecorator",
    "AsyncExitStack",
    "ContextDecorator",
    "ExitStack",
    "PendingExit",
    "aclosing",
    "asynccontextmanager",
    "chdir",
    "closing",
    "contextmanager",
    "nullcontext",
    "redirect_stderr",
    "redirect_stdout",
    "suppress",
]
