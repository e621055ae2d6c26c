//go:build race

package main

// raced says that the program under test carries the race detector and is several
// times slower: the tests that start it many times take smaller samples.
const raced = true
