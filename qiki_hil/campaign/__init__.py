"""Campaigns: a scenario flown many times, each time with a craft that is not quite the nominal one.

A case is a function of the campaign's file and its own number and of nothing else: its random
numbers come from the master seed, the number of the case and the name of what is drawn. So any
case can be flown again alone, on any machine, in any order.

    file.py         the file, checked whole
    spread.py       distributions, and the numbers drawn from them
    dispersions.py  what can be dispersed, and by how much at most
    craft.py        the craft that flies, made from the nominal one
    case.py         one case: its craft, scenario and seed
    flight.py       a case flown inside the core and judged: one row
    workers.py      cases over processes, or over a Dask cluster
    table.py        rows as Parquet
    summary.py      rates with their intervals, percentiles, the cases that failed
    campaign.py     the whole of it, kept in a directory
    rerun.py        one case as an ordinary run
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
