package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ragoffire/engine"
)

// kept is where the engine keeps a long history for the next start: beside an
// embedded store, else in the user's data folder, if there is one.
func kept(database string, getenv func(string) string) engine.Kept {
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		return engine.Kept{Path: path + "-history", Build: build}
	}
	dir, err := dataFolder(getenv)
	if err != nil {
		return engine.Kept{}
	}
	name := sha256.Sum256([]byte(database))
	return engine.Kept{Path: filepath.Join(dir, "rof", "history-"+hex.EncodeToString(name[:8])), Build: build}
}

// build tells this program from any other by its bytes.
func build() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("this program's own file: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("this program's own file: %w", err)
	}
	defer func() { _ = f.Close() }() // it is only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("this program's own file: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
