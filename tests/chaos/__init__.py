"""Proofs: whatever happens, and in whatever order, no coin is lost or counted twice."""
