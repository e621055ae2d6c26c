//go:build race

package raced

// Enabled says that the race detector is in.
const Enabled = true
