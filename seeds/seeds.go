// Package seeds holds ten past incidents of an imaginary shop and a runbook for
// each kind of them, so that a fresh store has something to search and a first
// alert something to resemble. They are examples: whoever shows them says so,
// and they count in no figure.
package seeds

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"

	"ragoffire/engine"
)

// One file per document, named by its id, in the form the API gives it.
//
//go:embed incidents/*.json runbooks/*.json
var files embed.FS

// Load returns the incidents and the runbooks, each by id.
func Load() ([]engine.Incident, []engine.Runbook, error) {
	incidents, err := read[engine.Incident]("incidents")
	if err != nil {
		return nil, nil, err
	}
	runbooks, err := read[engine.Runbook]("runbooks")
	if err != nil {
		return nil, nil, err
	}
	for i := range incidents {
		incidents[i].Seed = true
		incidents[i].Historical = true
		incidents[i].Status = engine.Resolved
		incidents[i].Reason = engine.ReasonFixed
	}
	for i := range runbooks {
		runbooks[i].Seed = true
	}
	return incidents, runbooks, nil
}

// read decodes the files of a folder in the order of their names.
func read[T any](folder string) ([]T, error) {
	entries, err := files.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	all := make([]T, len(entries))
	for i, entry := range entries {
		data, err := files.ReadFile(path.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, &all[i]); err != nil {
			return nil, fmt.Errorf("seeds/%s/%s: %w", folder, entry.Name(), err)
		}
	}
	return all, nil
}
