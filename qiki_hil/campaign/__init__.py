"""Campaigns: a scenario flown many times, each time with a craft dispersed about the nominal one.

A case is a function of the campaign's file and the number of the case, and of nothing else. Its
random numbers come from the master seed, the number of the case and the name of what is drawn, so
any case can be flown again alone, on any machine, in any order.

    file.py           the file, checked as a whole
    distributions.py  distributions, and the numbers drawn from them
    dispersions.py    what can be dispersed, and within which range
    craft.py          the craft that flies, made from the nominal one
    case.py           one case: its craft, scenario and seed
    flight.py         a case flown inside the core and judged: one row
    workers.py        cases on worker processes, or on a Dask cluster
    table.py          rows as Parquet
    summary.py        pass rates with their intervals, percentiles, the cases that failed
    campaign.py       a campaign from its file to its summary, kept in a directory
    rerun.py          one case as an ordinary run
    failures.py       nozzles that fail, one and two at a time, each flown and judged
"""

from qiki_hil.campaign.campaign import CampaignRun, Observer, Outcome
from qiki_hil.campaign.case import Case, make_case
from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import fly
from qiki_hil.campaign.rerun import Rerun, rerun
from qiki_hil.campaign.summary import CampaignSummary

__all__ = [
    "Campaign",
    "CampaignRun",
    "CampaignSummary",
    "Case",
    "Observer",
    "Outcome",
    "Rerun",
    "fly",
    "make_case",
    "rerun",
]
