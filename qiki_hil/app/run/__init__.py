"""One run, as it is recorded.

    directory.py  the run's directory with the parts that it was made from
    record.py     the run itself: event store, event log, facts, judging, ending
    findings.py   what verdict, summary and report need of the records
    keeping.py    status, summary and report, written when the loop is over
    past.py       runs that are kept: found, judged and drawn anew, removed

Two owners use it. `app/runner.py` flies the loop in a process of its own, with telemetry and an
operator; `campaign/rerun.py` flies one case of a campaign inside its own process. Both hand over
packets of the loop and how it ended, so their records, events and reports cannot differ in form.
"""

from qiki_hil.app.run.directory import removing_on_error, settle_killed
from qiki_hil.app.run.findings import Findings
from qiki_hil.app.run.keeping import Outcome, keep
from qiki_hil.app.run.record import Run

__all__ = ["Findings", "Outcome", "Run", "keep", "removing_on_error", "settle_killed"]
