"""The tests mirror the package; `saleor` holds what needs a real one."""
