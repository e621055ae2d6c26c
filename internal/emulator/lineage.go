package emulator

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/emulator/state"
)

// StateFile is the name of the state file in Options.Dir.
const StateFile = state.File

// lineageKey is where the state file has the lineage.
const lineageKey = "lineage"

// Lineage returns what NoteLineage kept, "" for nothing.
func (s *Server) Lineage() (string, error) {
	text, err := s.env.Store.Read([]byte(lineageKey))
	return string(text), err
}

// NoteLineage keeps, in the state file, the lineage of the lockfile that lists the objects of this emulator.
func (s *Server) NoteLineage(lineage string) error {
	if have, err := s.Lineage(); err != nil || have == lineage {
		return err
	}
	change := state.Change{Bucket: state.MetaBucket, Key: []byte(lineageKey), Value: []byte(lineage)}
	if err := s.env.Store.Commit([]state.Change{change})(); err != nil {
		return fmt.Errorf("note the lineage of the lockfile: %w", err)
	}
	return nil
}
