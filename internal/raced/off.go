//go:build !race

// Package raced tells tests whether they carry the race detector and are several
// times slower: those that repeat one thing many times take smaller samples then.
package raced

// Enabled says that the race detector is in.
const Enabled = false
