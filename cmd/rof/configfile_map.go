package main

import (
	"time"

	sources "ragoffire/webhook/source"
)

// mapped is how a source's bodies are read where that is not as its kind does.
type mapped struct {
	parse  sources.Parser // nil: as the kind does
	expire time.Duration  // 0: as the kind does
}

// readMapped reads what a source says of its bodies.
func (r *reader) readMapped(name, kind string, d sourceDocument) mapped {
	m := mapped{expire: r.duration("sources."+name+".expire", d.Expire)}
	if d.Map == nil {
		return m
	}
	parse, problems := sources.Mapped(kind, d.Map)
	for _, p := range problems {
		at := "sources." + name + ".map"
		if p.Key != "" {
			at += "." + p.Key
		}
		r.problemf("ROF_CONFIG %s: %w", at, p.Err)
	}
	m.parse = parse
	return m
}
