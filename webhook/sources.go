package webhook

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ragoffire/webhook/source"
)

// SourceConfig is one configured source of alerts.
type SourceConfig struct {
	// Kind is the monitoring system that sends, such as alertmanager; the
	// source's own name where empty.
	Kind string
	// Tokens are its secrets; any of them opens it, so that one can be replaced
	// without a gap. A sender shows one as a bearer token or as the password of
	// basic authentication; USER:PASSWORD here also fixes the user.
	Tokens []string
	// Header is another header that carries a token, such as X-Gitlab-Token.
	Header string
	// Parse reads its bodies in place of the kind's parser, where set.
	Parse source.Parser
	// Expire is how long after their last notice its alerts end by themselves;
	// as the kind has it where zero.
	Expire time.Duration
}

// sources knows the sources by name, and what each refused.
type sources struct {
	byName map[string]SourceConfig
	kinds  map[string]source.Parser
	local  bool // only this machine can reach us, so a source without secret is open

	mu      sync.Mutex
	refused map[string]refusal
}

// refusal says that deliveries of a source were turned away, and what to do.
type refusal struct {
	Source string
	Count  int
	Last   time.Time
	Reason string
	Fix    string
}

func newSources(configured map[string]SourceConfig, local bool) (*sources, error) {
	s := &sources{byName: make(map[string]SourceConfig), kinds: source.Kinds(), local: local, refused: make(map[string]refusal)}
	for kind := range s.kinds {
		s.byName[kind] = SourceConfig{Kind: kind, Parse: s.kinds[kind]}
	}
	for name, c := range configured {
		c.Kind = cmp.Or(c.Kind, name)
		if s.kinds[c.Kind] == nil {
			return nil, fmt.Errorf("source %s: kind %q is unknown; there are %s", name, c.Kind, strings.Join(slices.Sorted(maps.Keys(s.kinds)), ", "))
		}
		if slices.Contains(c.Tokens, "") {
			return nil, fmt.Errorf("source %s: a token is empty", name)
		}
		if c.Parse == nil {
			c.Parse = s.kinds[c.Kind]
		}
		s.byName[name] = c
	}
	return s, nil
}

func (s *sources) names() []string { return slices.Sorted(maps.Keys(s.byName)) }

// verify reports whether a delivery shows one of its source's secrets. All of
// them are compared, so that the time it takes tells nothing.
func (s *sources) verify(c SourceConfig, r *http.Request) bool {
	if len(c.Tokens) == 0 {
		return s.local
	}
	var shown []string
	if token, ok := bearer(r.Header.Get("Authorization")); ok {
		shown = append(shown, token)
	}
	if user, password, ok := r.BasicAuth(); ok {
		shown = append(shown, password, user+":"+password)
	}
	if v := r.Header.Get(c.Header); c.Header != "" && v != "" {
		shown = append(shown, v)
	}
	ok := false
	for _, have := range shown {
		for _, want := range c.Tokens {
			ok = same(have, want) || ok
		}
	}
	return ok
}

// refuse counts a delivery that showed no secret. It reports whether it is the
// first for a while, so that the log is not at the sender's mercy.
func (s *sources) refuse(name string, c SourceConfig, now time.Time) (refusal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.refused[name]
	first := now.Sub(r.Last) > time.Minute
	r.Source, r.Last = name, now
	r.Count++
	r.Reason, r.Fix = "wrong or missing token", "send the token of sources."+name+" in the header Authorization: Bearer"
	if c.Header != "" {
		r.Fix = "send the token of sources." + name + " in the header " + c.Header
	}
	if len(c.Tokens) == 0 {
		r.Reason, r.Fix = "no secret set", "set sources."+name+".token in the config, and the same in the sender"
	}
	s.refused[name] = r
	return r, first
}

// accepted ends the complaint about a source: it works now.
func (s *sources) accepted(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refused, name)
}

// refusals lists the sources that refused deliveries of late.
func (s *sources) refusals(now time.Time) []refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []refusal
	for _, name := range slices.Sorted(maps.Keys(s.refused)) {
		if r := s.refused[name]; now.Sub(r.Last) < 24*time.Hour {
			out = append(out, r)
		}
	}
	return out
}
