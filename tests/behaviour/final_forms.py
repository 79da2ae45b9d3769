"""What a single fix leaves to merge, and what merging a round later would have made of it."""

from dataclasses import replace

from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import edits_for_all, fix
from lint_exitstack.model.finding import Fixability
from lint_exitstack.model.rewrite import NewWith
from lint_exitstack.selection import is_declined
from lint_exitstack.suppression import kept

MERGING = "XIT101"


def problems(source, settings):
    """Yield what is wrong with the form that each single fix of a file leaves behind."""
    found = analyse(source, settings)
    wanted = [finding for finding in found if makes_a_with(finding)]
    if not wanted or is_declined(settings, source.path, MERGING, "collapsible-with"):
        return
    nested = replace(settings, ignore=(*settings.ignore, MERGING))
    plain = {identity(finding): finding for finding in analyse(source, nested)}
    before = left_to_merge(source, settings)
    for finding, edits in zip(wanted, edits_for_all(source, wanted, settings, found), strict=True):
        where = f"{source.path}:{finding.line} {finding.code}"
        if not edits:
            yield f"{where}: a guard fired"
            continue
        at_once = carried_out(source, edits)
        if left_to_merge(at_once, settings) > before:
            yield f"{where}: left to merge:\n{at_once.text}"
        other = plain[identity(finding)]
        if other.rewrite == replace(finding.rewrite, holds=None):
            continue
        (edits,) = edits_for_all(source, (other,), nested)
        later = merged(carried_out(source, edits), settings)
        if merged(at_once, settings) != later:
            yield f"{where}: at once:\n{at_once.text}\na round later:\n{later}"


def makes_a_with(finding):
    """Does its fix end in a `with` that stood elsewhere, or nowhere?"""
    ends = None if finding.rewrite is None else finding.rewrite.into[-1]
    return finding.code != MERGING and isinstance(ends, NewWith)


def identity(finding):
    """What a finding is known by, whatever its fix is."""
    return finding.code, finding.span, finding.message


def carried_out(source, edits):
    """The source as an editor leaves it that takes these edits."""
    return source.with_text(source.edited(edits))


def left_to_merge(source, settings):
    """How much XIT101 would merge without asking."""
    found = kept(source, analyse(source, merging(settings)))
    return sum(finding.fixability is Fixability.SAFE for finding in found)


def merged(source, settings):
    """The text once XIT101 has merged what it can."""
    result = fix(source, merging(settings))
    assert not result.failures, result.failures
    return result.source.text


def merging(settings):
    """The same settings for that rule alone."""
    return replace(settings, select=(MERGING,), extend_select=(), ignore=())
