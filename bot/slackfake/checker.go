package slackfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// checker walks blocks and collects what is wrong with them.
type checker struct {
	surface  surface
	problems []Problem
	blockIDs map[string]bool
	text     int // characters of text seen
	markdown int
	tables   int
	focus    int
	submit   bool // the modal can be submitted
}

func checkBlocks(raw []byte, on surface) (problems []Problem, tooLong bool) {
	c := &checker{surface: on, blockIDs: map[string]bool{}}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return []Problem{{"/blocks", notAnArray}}, false
	}
	c.blocks("/blocks", v, maxBlocks)
	return c.problems, c.text > maxBlocksText
}

func (c *checker) fail(at, format string, a ...any) {
	c.problems = append(c.problems, Problem{at, fmt.Sprintf(format, a...)})
}

// known reports properties that Slack has never heard of.
func (c *checker) known(at string, o map[string]any, names ...string) {
	for _, k := range slices.Sorted(maps.Keys(o)) {
		if k != "type" && !slices.Contains(names, k) {
			c.fail(at, "invalid additional property: %s", k)
		}
	}
}

// need reports a missing property.
func (c *checker) need(at string, o map[string]any, key string) bool {
	if o[key] == nil {
		c.fail(at, "missing required field: %s", key)
		return false
	}
	return true
}

// object is the property as an object; nil, and a problem, if it is not one.
func (c *checker) object(at string, v any) map[string]any {
	o, ok := v.(map[string]any)
	if !ok {
		c.fail(at, notAnObject)
	}
	return o
}

// str checks a string property, if it is there.
func (c *checker) str(at string, o map[string]any, key string, most int) string {
	v, there := o[key]
	if !there || v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		c.fail(at+"/"+key, notAString)
		return ""
	}
	if n := utf8.RuneCountInString(s); n > most {
		c.fail(at+"/"+key, "must be less than %d characters", most+1)
	}
	return s
}

// needStr checks a string that must be there and not be empty.
func (c *checker) needStr(at string, o map[string]any, key string, most int) string {
	if !c.need(at, o, key) {
		return ""
	}
	s := c.str(at, o, key, most)
	if v, ok := o[key].(string); ok && v == "" {
		c.fail(at+"/"+key, "must be more than 0 characters")
	}
	return s
}

// items checks a list property and returns its items.
func (c *checker) items(at string, o map[string]any, key string, least, most int) []any {
	v, there := o[key]
	if !there || v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		c.fail(at+"/"+key, notAnArray)
		return nil
	}
	if len(list) < least {
		c.fail(at+"/"+key, "must provide at least %d items", least)
	}
	if len(list) > most {
		c.fail(at+"/"+key, "no more than %d items allowed", most)
	}
	return list
}

func (c *checker) oneOf(at string, o map[string]any, key string, values ...string) {
	v, there := o[key]
	if !there || v == nil {
		return
	}
	if s, ok := v.(string); !ok || !slices.Contains(values, s) {
		c.fail(at+"/"+key, "must be one of: %s", strings.Join(values, ", "))
	}
}

func (c *checker) boolean(at string, o map[string]any, keys ...string) {
	for _, key := range keys {
		if v, there := o[key]; there && v != nil {
			if _, ok := v.(bool); !ok {
				c.fail(at+"/"+key, "must provide a boolean")
			}
		}
	}
}

func (c *checker) integer(at string, o map[string]any, key string, least, most int) {
	v, there := o[key]
	if !there || v == nil {
		return
	}
	n, ok := v.(float64)
	switch {
	case !ok || n != float64(int(n)):
		c.fail(at+"/"+key, "must provide an integer")
	case int(n) < least:
		c.fail(at+"/"+key, "must be greater than %d", least-1)
	case int(n) > most:
		c.fail(at+"/"+key, "must be less than %d", most+1)
	}
}

func (c *checker) link(at string, o map[string]any, key string) {
	s := c.str(at, o, key, maxURL)
	if s == "" {
		return
	}
	if u, err := url.Parse(s); err != nil || u.Scheme == "" {
		c.fail(at+"/"+key, "must be a valid URL")
	}
}

// text checks a text object. Where both kinds are allowed Slack reports the
// union first, and then what is wrong.
func (c *checker) textObject(at string, v any, plainOnly bool, most int) {
	before := len(c.problems)
	o := c.object(at, v)
	if o == nil {
		return
	}
	kind, _ := o["type"].(string)
	switch {
	case !c.need(at, o, "type"):
	case kind == "plain_text":
		c.known(at, o, "text", "emoji")
		c.boolean(at, o, "emoji")
	case kind == "mrkdwn" && !plainOnly:
		c.known(at, o, "text", "verbatim")
		c.boolean(at, o, "verbatim")
	default:
		c.fail(at+"/type", "unsupported type: %s", kind)
	}
	c.text += utf8.RuneCountInString(c.needStr(at, o, "text", most))
	if !plainOnly && len(c.problems) > before {
		c.problems = slices.Insert(c.problems, before, Problem{at, "failed to match all allowed schemas"})
	}
}

func (c *checker) plain(at string, o map[string]any, key string, most int) {
	if o[key] != nil {
		c.textObject(at+"/"+key, o[key], true, most)
	}
}

func (c *checker) rich(at string, o map[string]any, key string, most int) {
	if o[key] != nil {
		c.textObject(at+"/"+key, o[key], false, most)
	}
}
