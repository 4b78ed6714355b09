"""Where the parts are joined to runs, replays and previews."""
