package engine

import "time"

// Change is something that people or their tools did to a service on purpose: a
// deploy, a new config, a flag, a migration. What broke right after one is most
// often broken by it.
type Change struct {
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Kind        string    `json:"kind"` // deploy, config, flag, migration; free text
	Service     string    `json:"service"`
	Environment string    `json:"environment,omitempty"`
	Title       string    `json:"title"`
	Ref         string    `json:"ref,omitempty"` // a version, tag or commit
	Actor       string    `json:"actor,omitempty"`
	URL         string    `json:"url,omitempty"`
	At          time.Time `json:"at"`
}
