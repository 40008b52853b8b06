package main

import (
	"io"
	"log/slog"
	"os"
	"strings"
)

// newLog returns the process's logger: text on a terminal and JSON elsewhere,
// unless the settings say otherwise.
func newLog(w io.Writer, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if format = strings.ToLower(format); format == "json" || format == "" && !terminal(w) {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// terminal reports whether a person reads what is written to w.
func terminal(w io.Writer) bool {
	if p, ok := w.(plain); ok {
		w = p.Writer
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
