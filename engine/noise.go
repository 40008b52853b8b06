package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Noise is what the alert rules of the last days brought, the noisiest first: a
// rule whose incidents end by themselves, or were none, wakes people for nothing.
// Examples, history, what people declared and what a silence holds back are in
// none of it.
type Noise struct {
	Days  int         `json:"days"`
	Rules []RuleNoise `json:"rules" nullable:"false"` // at most twenty

	Sources []SourceNoise `json:"sources" nullable:"false"` // all rules of each together
	More    int           `json:"more"`                     // rules beyond the twenty
}

// Noisiest are the first n rules.
func (n Noise) Noisiest(most int) []RuleNoise { return n.Rules[:min(len(n.Rules), most)] }

// RuleNoise is what came of one rule's incidents.
type RuleNoise struct {
	Source       string    `json:"source"`
	Rule         string    `json:"rule"`
	Fired        int       `json:"fired"` // incidents that it opened
	Acknowledged int       `json:"acknowledged"`
	ActedOn      int       `json:"acted_on"`     // mitigated, fixed, or advice on it was approved
	FalseAlarms  int       `json:"false_alarms"` // people said so
	Untouched    int       `json:"untouched"`    // ended by itself, and nobody had touched it
	Last         time.Time `json:"last"`         // when the last one began
}

// SourceNoise is what came of the incidents of all rules of a source.
type SourceNoise struct {
	Source       string `json:"source"`
	Rules        int    `json:"rules"`
	Fired        int    `json:"fired"`
	Acknowledged int    `json:"acknowledged"`
	ActedOn      int    `json:"acted_on"`
	FalseAlarms  int    `json:"false_alarms"`
	Untouched    int    `json:"untouched"`
}

// Idle is how often it fired for nothing, as far as is known.
func (n *RuleNoise) Idle() int { return n.FalseAlarms + n.Untouched }

const (
	noiseDays = 30
	noiseTop  = 20
	// noiseKeeps is how long the figures stand: they are those of a month.
	noiseKeeps = 30 * time.Second
)

// noiseKept are the last figures.
type noiseKept struct {
	mu    sync.Mutex
	at    time.Time
	noise Noise
}

// Noise counts what each alert rule brought in the last days. The figures may be
// half a minute old.
func (e *Engine) Noise(ctx context.Context) (Noise, error) {
	k := &e.noise
	k.mu.Lock()
	defer k.mu.Unlock()
	now := e.now()
	if !k.at.IsZero() && now.Sub(k.at) < noiseKeeps {
		return k.noise, nil
	}
	from := now.AddDate(0, 0, -noiseDays)
	approved := make(map[string]bool)
	rules := make(map[[2]string]*RuleNoise)
	err := e.store.View(ctx, func(r Reader) error {
		err := eachDecided(ctx, r, from, func(d *Decision) {
			if d.Status == Approved && d.IncidentID != nil {
				approved[*d.IncidentID] = true
			}
		})
		if err != nil {
			return err
		}
		return eachBegun(ctx, r, from, func(i *Incident) {
			if i.Source == "" || i.DeclaredBy != "" || i.Muted != nil {
				return
			}
			key := [2]string{i.Source, i.rule()}
			if rules[key] == nil {
				rules[key] = &RuleNoise{Source: key[0], Rule: key[1]}
			}
			rules[key].count(i, approved[i.ID])
		})
	})
	if err != nil {
		return Noise{}, err
	}
	k.noise, k.at = noisiest(rules), now
	return k.noise, nil
}

func noisiest(rules map[[2]string]*RuleNoise) Noise {
	list := slices.SortedFunc(maps.Values(rules), func(a, b *RuleNoise) int {
		return cmp.Or(cmp.Compare(b.Idle(), a.Idle()), cmp.Compare(b.Fired, a.Fired), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Rule, b.Rule))
	})
	n := Noise{Days: noiseDays, More: max(0, len(list)-noiseTop), Rules: []RuleNoise{}, Sources: noiseBySource(list)}
	for _, r := range list[:min(len(list), noiseTop)] {
		n.Rules = append(n.Rules, *r)
	}
	return n
}

// noiseBySource adds rules up, the noisiest source first.
func noiseBySource(rules []*RuleNoise) []SourceNoise {
	bySource := make(map[string]*SourceNoise)
	for _, r := range rules {
		s := bySource[r.Source]
		if s == nil {
			s = &SourceNoise{Source: r.Source}
			bySource[r.Source] = s
		}
		s.Rules++
		s.Fired += r.Fired
		s.Acknowledged += r.Acknowledged
		s.ActedOn += r.ActedOn
		s.FalseAlarms += r.FalseAlarms
		s.Untouched += r.Untouched
	}
	list := []SourceNoise{}
	for _, s := range slices.SortedFunc(maps.Values(bySource), func(a, b *SourceNoise) int {
		return cmp.Or(cmp.Compare(b.FalseAlarms+b.Untouched, a.FalseAlarms+a.Untouched), cmp.Compare(b.Fired, a.Fired), cmp.Compare(a.Source, b.Source))
	}) {
		list = append(list, *s)
	}
	return list
}

// rule is the name of the alert's rule: where the sender gives none, its text
// without the numbers, which change.
func (a *Alert) rule() string {
	const long = 120
	if a.Name != "" {
		return a.Name
	}
	words := []rune(strings.Join(strings.Fields(cmp.Or(a.topic(), Words(a.ErrorType))), " "))
	return string(words[:min(len(words), long)])
}

// rule is the name of the rule that opened an incident; of one that was stored
// before rules were kept, as far as it is known.
func (i *Incident) rule() string {
	return cmp.Or(i.Rule, i.Labels["alertname"], i.Title)
}

func (n *RuleNoise) count(i *Incident, approved bool) {
	n.Fired++
	n.Last = later(n.Last, i.StartedAt)
	over := i.Status == Resolved
	acted := approved || i.MitigatedAt != nil || over && i.Reason == ReasonFixed
	switch {
	case over && i.Reason == ReasonFalseAlarm:
		n.FalseAlarms++
	case over && i.ResolvedBy == "" && !acted && i.AcknowledgedAt == nil && i.Owner == nil:
		n.Untouched++
	}
	if i.AcknowledgedAt != nil {
		n.Acknowledged++
	}
	if acted {
		n.ActedOn++
	}
}
