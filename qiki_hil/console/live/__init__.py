"""The live view of a run.

state           what is known of the run, filled from records
frame, glyphs   the state as exactly the lines that fit a screen
view            a terminal that is drawn on, or plain lines where there is none
watcher         a run's records and events into the state, and the state onto the view
command_line    commands from standard input
editor, lines   the line that is typed on a terminal; lines from anywhere else
summary_view    how the run went, at its end
"""
