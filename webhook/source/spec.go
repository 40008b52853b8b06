package source

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ragoffire/engine"
)

// compile reads a mapping as it is written, in a preset or in the config. It
// reports all that is wrong, each with the key it stands at.
func compile(spec map[string]any) (*mapping, []Problem) {
	c := &compiler{m: &mapping{
		rules: make(map[string]rule), statuses: make(map[string]engine.AlertStatus),
		severities: make(map[string]engine.Severity), comparators: make(map[string]string),
	}}
	keys := c.keys()
	for _, key := range slices.Sorted(maps.Keys(spec)) {
		read, ok := keys[key]
		if !ok {
			c.problem(key, fmt.Errorf("is unknown; there are %s", strings.Join(slices.Sorted(maps.Keys(keys)), ", ")))
			continue
		}
		if err := read(spec[key]); err != nil {
			c.problem(key, err)
		}
	}
	m := c.m
	if m.expire == 0 && len(m.resolve) == 0 && !m.ends() {
		m.expire = unending
	}
	return m, c.problems
}

// unending is how long an alert lasts after its last notice where a mapping has
// no way to say that it is over.
const unending = time.Hour

// ends reports whether the sender's own word may end an alert.
func (m *mapping) ends() bool {
	r := m.rules["status"]
	return slices.ContainsFunc(r, part.open)
}

type compiler struct {
	m        *mapping
	problems []Problem
}

// Problem is what is wrong with a mapping, and the key it stands at; none where
// it is the mapping as a whole.
type Problem struct {
	Key string
	Err error
}

func (p Problem) Error() string {
	if p.Key == "" {
		return p.Err.Error()
	}
	return p.Key + ": " + p.Err.Error()
}

func (p Problem) Unwrap() error { return p.Err }

func (c *compiler) problem(key string, err error) {
	c.problems = append(c.problems, Problem{key, err})
}

// keys are the keys of a mapping and what reads each.
func (c *compiler) keys() map[string]func(any) error {
	keys := map[string]func(any) error{
		"each":   c.each,
		"labels": c.labels,
		"links":  c.links,
		"absent": func(v any) (err error) { c.m.absent, err = parsePatterns(v); return err },
		"hint":   func(v any) error { c.m.hint = fmt.Sprint(v); return nil },
		"expire": c.expire,
		"statuses": func(v any) error {
			return words(v, func(from, to string) error {
				status, ok := parseStatus(to)
				if !ok && to != string(statusIgnored) {
					return fmt.Errorf("%q must be firing, acknowledged, resolved or ignore", to)
				}
				c.m.statuses[from] = cmp.Or(status, statusIgnored)
				return nil
			})
		},
		"severities": func(v any) error {
			return words(v, func(from, to string) error {
				severity := engine.ParseSeverity(to)
				if string(severity) != to {
					return fmt.Errorf("%q must be critical, high, medium, low, info or unknown", to)
				}
				c.m.severities[from] = severity
				return nil
			})
		},
		"comparators": func(v any) error {
			return words(v, func(from, to string) error {
				if parseComparator(to) != to {
					return fmt.Errorf("%q must be gt, gte, lt, lte or eq", to)
				}
				c.m.comparators[from] = to
				return nil
			})
		},
	}
	for key, to := range map[string]*condition{
		"ignore": &c.m.ignore, "resolve": &c.m.resolve, "acknowledge": &c.m.acknowledge, "repeat": &c.m.repeat, "expires": &c.m.expires,
	} {
		keys[key] = func(v any) (err error) { *to, err = parseCondition(v); return err }
	}
	for key, check := range fields() {
		keys[key] = func(v any) error {
			r, err := parseRule(v)
			if err == nil {
				err = check(r)
			}
			if err == nil {
				c.m.rules[key] = r
			}
			return err
		}
	}
	return keys
}

// fields are an alert's fields and what a rule of each must keep to. A fixed
// text is no identity and no time: all alerts would share it.
func fields() map[string]func(rule) error {
	free := func(rule) error { return nil }
	open := func(r rule) error {
		if text, ok := r.fixed(); ok {
			return fmt.Errorf("%q must be a path, such as $.%s", text, strings.TrimLeft(text, "$.@"))
		}
		return nil
	}
	number := func(r rule) error {
		text, ok := r.fixed()
		if _, err := strconv.ParseFloat(text, 64); ok && err != nil {
			return fmt.Errorf("%q must be a path, such as $.%s, or a number", text, text)
		}
		return nil
	}
	status := func(r rule) error {
		text, ok := r.fixed()
		if _, known := parseStatus(text); ok && !known {
			return fmt.Errorf("%q must be a path, such as $.%s, or one of firing, acknowledged and resolved", text, text)
		}
		return nil
	}
	return map[string]func(rule) error{
		"title": free, "name": free, "description": free, "error_type": free, "service": free, "component": free, "environment": free,
		"severity": free, "comparator": free, "unit": free, "reason": free, "status": status,
		"external_id": open, "fingerprint": open, "group_key": open, "started_at": open, "ended_at": open, "at": open,
		"value": number, "threshold": number, "baseline": number, "spike_percentage": number,
	}
}

func (c *compiler) each(v any) error {
	text, ok := v.(string)
	if !ok {
		return errors.New("must be a path such as $.alerts")
	}
	p, err := parsePath(strings.TrimSpace(text))
	if err == nil && p.root != rootBody {
		err = fmt.Errorf("%q must begin with $", text)
	}
	c.m.each = &p
	return err
}

func (c *compiler) expire(v any) error {
	d, err := time.ParseDuration(fmt.Sprint(v))
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no length of time such as 90m or 24h", fmt.Sprint(v))
	}
	c.m.expire = d
	return nil
}

// labels are a path to labels, {name: rule}, or a list of these.
func (c *compiler) labels(v any) error {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	for _, item := range items {
		switch item := item.(type) {
		case string:
			hole, err := parseHole(item)
			if err != nil {
				return err
			}
			c.m.labels = append(c.m.labels, labelRule{hole: hole})
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(item)) {
				r, err := parseRule(item[name])
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				c.m.labels = append(c.m.labels, labelRule{name: engine.Clean(name), rule: r})
			}
		default:
			return errors.New("must be a path such as $.tags, or {name: path}, or a list of these")
		}
	}
	return nil
}

func (c *compiler) links(v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		return errors.New("must be such as {source: $.url, runbook: $.runbook}")
	}
	rels := []string{"source", "dashboard", "panel", "runbook", "silence", "image", "logs"}
	for _, rel := range rels {
		if _, ok := m[rel]; !ok {
			continue
		}
		r, err := parseRule(m[rel])
		if err != nil {
			return fmt.Errorf("%s: %w", rel, err)
		}
		c.m.links = append(c.m.links, linkRule{rel, r})
	}
	for _, rel := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(rels, rel) {
			return fmt.Errorf("%q is unknown; there are %s", rel, strings.Join(rels, ", "))
		}
	}
	return nil
}

// words reads a map of words, the senders' in any case.
func words(v any, take func(from, to string) error) error {
	m, ok := v.(map[string]any)
	if !ok {
		return errors.New("must be such as {their word: our word}")
	}
	for _, from := range slices.Sorted(maps.Keys(m)) {
		if err := take(strings.ToLower(strings.TrimSpace(from)), strings.TrimSpace(fmt.Sprint(m[from]))); err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
	}
	return nil
}
