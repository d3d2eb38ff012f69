"""Two synthetic clinics with half a year behind them, made by the same services that people use."""
