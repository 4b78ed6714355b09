"""What the benches compare with. Each is for benches only, and absent peers are skipped aloud."""
