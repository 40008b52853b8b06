package slackfake

import (
	"regexp"
	"strings"
)

// Typeset writes blocks the way a person reads them, as plain text: markup
// becomes words, buttons stand in brackets, fields of a dialog on lines.
func Typeset(blocks []map[string]any) string {
	var lines []string
	for _, b := range blocks {
		if text := strings.TrimSpace(typesetBlock(b)); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// Typeset writes a dialog or Home tab with its title and what was wrong with it.
func (v View) Typeset() string {
	text := Typeset(v.Blocks)
	if v.Title != "" {
		text = "┌ " + v.Title + "\n" + text
	}
	for _, e := range sortedKeys(anyOf(v.Errors)) {
		text += "\n⚠ " + v.Errors[e]
	}
	ends := strings.TrimSpace(typesetButton(textOf(v.raw["submit"])) + " " + typesetButton(textOf(v.raw["close"])))
	return strings.TrimSpace(text + "\n" + ends)
}

func anyOf(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func typesetBlock(b map[string]any) string {
	switch b["type"] {
	case "divider":
		return "────"
	case "header":
		return typesetText(b["text"])
	case "section":
		lines := []string{typesetText(b["text"])}
		for _, f := range objects(b["fields"]) {
			lines = append(lines, typesetText(f))
		}
		text := strings.TrimSpace(strings.Join(lines, "\n"))
		if a, ok := b["accessory"].(map[string]any); ok {
			text += " " + typesetElement(a)
		}
		return text
	case "context":
		var parts []string
		for _, e := range objects(b["elements"]) {
			parts = append(parts, typesetText(e))
		}
		return strings.Join(parts, " ")
	case "actions":
		var parts []string
		for _, e := range objects(b["elements"]) {
			parts = append(parts, typesetElement(e))
		}
		return strings.Join(parts, " ")
	case "input":
		label := textOf(b["label"])
		if optional, _ := b["optional"].(bool); optional {
			label += " (optional)"
		}
		e, _ := b["element"].(map[string]any)
		return label + ": " + typesetElement(e)
	}
	return strings.Join(blockText(b), "\n")
}

// typesetElement is one thing to click or fill: a choice shows what it offers.
func typesetElement(e map[string]any) string {
	if options := objects(e["options"]); len(options) > 0 {
		chosen, _ := e["initial_option"].(map[string]any)
		var parts []string
		for _, o := range options {
			mark := "○ "
			if chosen != nil && o["value"] == chosen["value"] {
				mark = "● "
			}
			parts = append(parts, mark+textOf(o["text"]))
		}
		return strings.Join(parts, "  ")
	}
	if e["type"] == "plain_text_input" {
		if initial, _ := e["initial_value"].(string); initial != "" {
			return initial
		}
		return "…"
	}
	return typesetButton(textOf(e["text"]))
}

func typesetButton(text string) string {
	if text == "" {
		return ""
	}
	return "[" + text + "]"
}

func typesetText(v any) string {
	o, _ := v.(map[string]any)
	text, _ := o["text"].(string)
	if o["type"] != "mrkdwn" {
		return text
	}
	return Plain(text)
}

var (
	bracketed = regexp.MustCompile(`<([^<>\n]+)>`)
	strong    = regexp.MustCompile(`(^|[\s(·])([*_])([^*_\n]+)([*_])($|[\s).,:;·])`)
)

// Plain reads mrkdwn as words: links and dates are their labels, mentions their
// names or ids, emphasis is left out.
func Plain(text string) string {
	text = bracketed.ReplaceAllStringFunc(text, func(m string) string {
		target, label, labelled := strings.Cut(m[1:len(m)-1], "|")
		if labelled {
			return label
		}
		if group, ok := strings.CutPrefix(target, "!subteam^"); ok {
			return "@" + group
		}
		return strings.TrimPrefix(target, "!")
	})
	for range 2 { // what ends one may begin the next
		text = strong.ReplaceAllString(text, "$1$3$5")
	}
	text = strings.ReplaceAll(text, "`", "")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
