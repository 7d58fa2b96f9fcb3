"""The service under the load of a class: `make load`. On loopback only, and bounded in time and count."""
