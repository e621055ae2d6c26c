package lockfile

// Moved returns the lock as it is once entries have other addresses, with every
// reference to them. l is not changed.
func (l *Lock) Moved(moves []Move) *Lock {
	if len(moves) == 0 {
		return l
	}
	s := newState(l)
	for _, m := range moves {
		s.move(m)
	}
	return s.snapshot()
}
