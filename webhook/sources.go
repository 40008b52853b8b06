package webhook

import (
	"cmp"
	"fmt"
	"maps"
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
	// HMAC is for senders that sign what they send.
	HMAC *HMACConfig
	// Topics are the topics of SNS that may deliver to a source of kind
	// cloudwatch; Confirm confirms their subscriptions.
	Topics  []string
	Confirm bool
}

// sources knows the sources by name, and what each refused.
type sources struct {
	byName    map[string]SourceConfig
	verifiers map[string]verifier
	kinds     map[string]source.Parser
	around    around

	mu      sync.Mutex
	refused map[string]refusal
	heard   map[string]time.Time // the last delivery that was taken in
}

// refusal says that deliveries of a source were turned away, and what to do.
type refusal struct {
	Source string
	Count  int
	Last   time.Time
	Reason string
	Fix    string
}

func newSources(configured map[string]SourceConfig, a around) (*sources, error) {
	s := &sources{
		byName: make(map[string]SourceConfig), verifiers: make(map[string]verifier),
		kinds: source.Kinds(), around: a, refused: make(map[string]refusal),
		heard: make(map[string]time.Time),
	}
	for kind := range s.kinds {
		s.byName[kind] = SourceConfig{Kind: kind, Parse: s.kinds[kind]}
	}
	for name, c := range configured {
		c.Kind = cmp.Or(c.Kind, name)
		if s.kinds[c.Kind] == nil {
			return nil, fmt.Errorf("source %s: kind %q is unknown; there are %s", name, c.Kind, strings.Join(slices.Sorted(maps.Keys(s.kinds)), ", "))
		}
		if c.Parse == nil {
			c.Parse = s.kinds[c.Kind]
		}
		s.byName[name] = c
	}
	for name, c := range s.byName {
		v, err := newVerifier(name, c, a)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", name, err)
		}
		s.verifiers[name] = v
	}
	return s, nil
}

func (s *sources) names() []string { return slices.Sorted(maps.Keys(s.byName)) }

// open reports whether a source takes what anybody on this machine sends.
func (s *sources) open(name string) bool {
	_, ok := s.verifiers[name].(openVerifier)
	return ok
}

// refuse counts a delivery that was not trusted. It reports whether it is the
// first for a while, so that the log is not at the sender's mercy.
func (s *sources) refuse(name string, why *distrust, now time.Time) (refusal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.refused[name]
	first := now.Sub(r.Last) > time.Minute
	r.Source, r.Last, r.Reason, r.Fix = name, now, why.reason, why.fix
	r.Count++
	s.refused[name] = r
	return r, first
}

// accepted ends the complaint about a source: it works now.
func (s *sources) accepted(name string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard[name] = now
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

// blank takes a source's own tokens out of a text.
func (s *sources) blank(name, text string) string {
	for _, token := range s.byName[name].Tokens {
		text = strings.ReplaceAll(text, token, "…")
	}
	return text
}
