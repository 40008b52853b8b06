package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"

	"ragoffire/bot/slackfake/face"
)

//go:embed demo/*.json
var demoFiles embed.FS

// demoAlerts are what monitoring systems would send: the bodies are whole, and go
// the way of every webhook.
func demoAlerts() ([]face.Alert, error) {
	names, err := fs.Glob(demoFiles, "demo/*.json")
	if err != nil {
		return nil, err
	}
	out := make([]face.Alert, 0, len(names))
	for _, name := range names {
		body, err := demoFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var a face.Alert
		if err := json.Unmarshal(body, &a); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, a)
	}
	return out, nil
}
