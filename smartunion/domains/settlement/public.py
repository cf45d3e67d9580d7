"""The one door of settlement for other domains: ids and frozen facts."""
