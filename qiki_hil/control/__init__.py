"""The loop: its pacing, its overrun policy, its link to the supervisor, real-time measures."""
