"""The gym floor's bank: what people see and what is kept."""
