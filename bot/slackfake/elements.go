package slackfake

import (
	"encoding/json"
	"slices"
	"strings"
)

// Elements lists what can be clicked or filled, in reading order.
func (m *Message) Elements() []Element {
	var out []Element
	for _, list := range m.blockLists() {
		out = append(out, elementsOf(list)...)
	}
	return out
}

// Buttons lists the buttons only.
func (m *Message) Buttons() []Element {
	return slices.DeleteFunc(m.Elements(), func(e Element) bool { return e.Type != "button" })
}

// Visible is all the text a person reads in the message, line by line: blocks
// and attachments where there are any, else the text.
func (m *Message) Visible() string {
	var lines []string
	for _, list := range m.blockLists() {
		for _, b := range list {
			lines = append(lines, blockText(b)...)
		}
	}
	for _, a := range m.Attachments {
		for _, key := range []string{"pretext", "author_name", "title", "text", "footer"} {
			if t, _ := a[key].(string); t != "" {
				lines = append(lines, t)
			}
		}
		for _, f := range objects(a["fields"]) {
			title, _ := f["title"].(string)
			value, _ := f["value"].(string)
			lines = append(lines, strings.TrimSpace(title+" "+value))
		}
	}
	if len(m.Blocks) == 0 && m.Text != "" {
		lines = append([]string{m.Text}, lines...)
	}
	return strings.Join(lines, "\n")
}

// blockLists is the message's own blocks and those of its attachments.
func (m *Message) blockLists() [][]map[string]any {
	lists := [][]map[string]any{m.Blocks}
	for _, a := range m.Attachments {
		lists = append(lists, objects(a["blocks"]))
	}
	return lists
}

// elementsOf finds the interactive elements of blocks.
func elementsOf(blocks []map[string]any) []Element {
	var out []Element
	for _, b := range blocks {
		id, _ := b["block_id"].(string)
		for _, key := range []string{"elements", "accessory", "element", "actions"} {
			for _, e := range objects(b[key]) {
				if action, _ := e["action_id"].(string); action != "" {
					out = append(out, element(id, action, e))
				}
			}
		}
		for _, key := range []string{"child_blocks", "elements"} {
			if b["type"] == "container" || b["type"] == "carousel" {
				out = append(out, elementsOf(objects(b[key]))...)
			}
		}
	}
	return out
}

func element(block, action string, e map[string]any) Element {
	out := Element{BlockID: block, ActionID: action, Text: textOf(e["text"]), raw: e}
	out.Type, _ = e["type"].(string)
	out.Value, _ = e["value"].(string)
	out.URL, _ = e["url"].(string)
	out.Style, _ = e["style"].(string)
	for _, o := range optionsOf(e) {
		value, _ := o["value"].(string)
		out.Options = append(out.Options, value)
	}
	return out
}

func optionsOf(e map[string]any) []map[string]any {
	out := objects(e["options"])
	for _, g := range objects(e["option_groups"]) {
		out = append(out, objects(g["options"])...)
	}
	return out
}

// blockText collects the text of a block, buttons and options included.
func blockText(b any) []string {
	switch v := b.(type) {
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, blockText(x)...)
		}
		return out
	case map[string]any:
		var out []string
		for _, key := range []string{
			"title", "rich_text_title", "subtitle", "label", "text", "body", "fields", "rows", "caption",
			"elements", "element", "child_blocks", "accessory", "actions", "options", "hint", "tasks", "alt_text",
		} {
			switch x := v[key].(type) {
			case string:
				out = append(out, x)
			case nil:
			default:
				out = append(out, blockText(x)...)
			}
		}
		return out
	}
	return nil
}

// objects reads a list of objects, or a single one, from decoded JSON.
func objects(v any) []map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return []map[string]any{v}
	case []map[string]any:
		return v
	case []any:
		out := make([]map[string]any, 0, len(v))
		for _, x := range v {
			if o, ok := x.(map[string]any); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

func textOf(v any) string {
	o, _ := v.(map[string]any)
	t, _ := o["text"].(string)
	return t
}

// clone copies decoded JSON, so that what Slack fills in stays its own.
func clone[T any](v T) T {
	raw, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var out T
	if json.Unmarshal(raw, &out) != nil {
		return v
	}
	return out
}
