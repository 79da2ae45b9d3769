"""How long a processor is busy with the fixes of one file, each proven alone, as reports need them.

python benchmarks/many_fixes.py [FINDINGS ...]     default: 75 150 300 600
"""

from __future__ import annotations

import sys
import time

from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import edits_for_all
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

HEAD = "import os\nimport threading\n\nlock = threading.Lock()\n"
FUNCTION = '''

def copied_{0}(names, target):
    """Nested statements, a close in `finally`, and an error that nobody wants."""
    with open(target, "w") as out:
        with open(names[{0}]) as lines:
            out.write(lines.read())
    source = open(target)
    try:
        print(source.read())
    finally:
        source.close()
    try:
        os.remove(target)
    except FileNotFoundError:
        pass
'''
FINDINGS_EACH = 3


def main() -> None:
    counts = [int(word) for word in sys.argv[1:]] or [75, 150, 300, 600]
    print(f"{'findings':>8}{'lines':>8}{'seconds':>10}{'ms each':>10}")
    for count in counts:
        text = HEAD + "".join(FUNCTION.format(n) for n in range(count // FINDINGS_EACH))
        source, settings = Source.from_text(text, "many.py"), Settings()
        found = [finding for finding in analyse(source, settings) if finding.rewrite]
        started = time.process_time()
        edits = edits_for_all(source, found, settings)
        took = time.process_time() - started
        assert all(edits), "a guard fired"
        each = took / len(found) * 1000
        print(f"{len(found):8}{len(source.lines):8,}{took:10.2f}{each:10.1f}")


if __name__ == "__main__":
    main()
