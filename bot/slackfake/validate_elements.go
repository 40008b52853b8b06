package slackfake

import (
	"fmt"
	"slices"
)

// holder is the kind of block that holds an element.
type holder int

const (
	inActions holder = iota
	inSection
	inInput
	inContextActions
	inCard
)

// allowed tells whether Slack takes this kind of element in that block.
func (h holder) allowed(kind string) bool {
	pickers := []string{
		"checkboxes", "radio_buttons", "datepicker", "timepicker",
		"static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select",
		"multi_channels_select",
	}
	switch h {
	case inActions:
		return slices.Contains(append(pickers, "button", "overflow", "datetimepicker", "workflow_button", "rich_text_input"), kind)
	case inSection:
		return slices.Contains(append(pickers, "button", "overflow", "image", "workflow_button"), kind)
	case inInput:
		return slices.Contains(append(pickers, "datetimepicker", "plain_text_input", "email_text_input",
			"url_text_input", "number_input", "rich_text_input", "file_input"), kind)
	case inContextActions:
		return kind == "feedback_buttons" || kind == "icon_button"
	case inCard:
		return kind == "button" || kind == "workflow_button"
	}
	return false
}

// interactive tells whether a person can do something with it.
func interactive(kind string) bool {
	return kind != "image" &&
		(inActions.allowed(kind) || inInput.allowed(kind) || inContextActions.allowed(kind))
}

func (c *checker) elements(at string, b map[string]any, key string, least, most int, in holder) {
	seen := map[string]bool{}
	for i, e := range c.items(at, b, key, least, most) {
		c.element(fmt.Sprintf("%s/%s/%d", at, key, i), e, in, seen)
	}
}

// element checks one element; seen are the action ids of its block so far.
func (c *checker) element(at string, v any, in holder, seen map[string]bool) {
	e := c.object(at, v)
	if e == nil || !c.need(at, e, "type") {
		return
	}
	kind, _ := e["type"].(string)
	if !in.allowed(kind) {
		c.fail(at+"/type", "unsupported type: %s", kind)
		return
	}
	if id := c.str(at, e, "action_id", maxID); id != "" {
		if seen[id] {
			c.fail(at+"/action_id", "`action_id` %q already exists", id)
		}
		seen[id] = true
	}
	c.confirm(at, e)
	c.plain(at, e, "placeholder", maxPlaceholder)
	c.boolean(at, e, "focus_on_load")
	if on, _ := e["focus_on_load"].(bool); on {
		if c.focus++; c.focus > 1 {
			c.fail(at+"/focus_on_load", "only one element can have `focus_on_load` set to true")
		}
	}
	switch kind {
	case "button", "workflow_button", "icon_button", "feedback_buttons":
		c.button(at, e, kind)
	case "static_select", "multi_static_select", "overflow", "checkboxes", "radio_buttons":
		c.choice(at, e, kind)
	case "image":
		c.known(at, e, "image_url", "slack_file", "alt_text")
		c.image(at, e)
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		c.typed(at, e, kind)
	default:
		c.picker(at, e, kind)
	}
}

func (c *checker) button(at string, e map[string]any, kind string) {
	c.str(at, e, "accessibility_label", maxButtonText)
	c.str(at, e, "value", maxButtonValue)
	switch kind {
	case "button":
		c.known(at, e, "action_id", "text", "value", "url", "style", "confirm", "accessibility_label",
			"agent_prompt", "agent_prompt_display", "visible_to_user_ids")
		c.link(at, e, "url")
		c.oneOf(at, e, "style", "primary", "danger")
	case "workflow_button":
		c.known(at, e, "action_id", "text", "workflow", "style", "confirm", "accessibility_label")
		c.need(at, e, "workflow")
		c.oneOf(at, e, "style", "primary", "danger")
	case "icon_button":
		c.known(at, e, "action_id", "text", "icon", "value", "confirm", "accessibility_label", "visible_to_user_ids")
		c.needStr(at, e, "icon", maxID)
	case "feedback_buttons":
		c.known(at, e, "action_id", "positive_button", "negative_button")
		for _, key := range []string{"positive_button", "negative_button"} {
			if c.need(at, e, key) {
				if b := c.object(at+"/"+key, e[key]); b != nil {
					c.known(at+"/"+key, b, "text", "value", "accessibility_label")
					c.buttonText(at+"/"+key, b)
					c.needStr(at+"/"+key, b, "value", maxButtonValue)
				}
			}
		}
		return
	}
	c.buttonText(at, e)
}

func (c *checker) buttonText(at string, e map[string]any) {
	if c.need(at, e, "text") {
		c.plain(at, e, "text", maxButtonText)
	}
}
