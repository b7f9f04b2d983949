"""Views by noun: each makes one call to the office, an act or a measure, and fills a template."""
