"""Made by tools/gen_protos.py from protos/. Do not edit."""
