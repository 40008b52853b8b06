package slackfake

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// rareBlock checks the blocks that few apps use.
func (c *checker) rareBlock(at string, b map[string]any, kind string) {
	switch kind {
	case "alert":
		c.known(at, b, "block_id", "text", "level")
		c.oneOf(at, b, "level", "default", "info", "warning", "error", "success")
		if c.need(at, b, "text") {
			c.rich(at, b, "text", maxSectionText)
		}
	case "card":
		c.card(at, b)
	case "carousel":
		c.known(at, b, "block_id", "elements")
		for i, e := range c.items(at, b, "elements", 1, maxCards) {
			c.block(fmt.Sprintf("%s/elements/%d", at, i), e)
		}
	case "container":
		c.container(at, b)
	case "video":
		c.known(at, b, "block_id", "video_url", "thumbnail_url", "alt_text", "title", "title_url",
			"author_name", "provider_name", "provider_icon_url", "description")
		for _, key := range []string{"video_url", "thumbnail_url", "alt_text"} {
			c.needStr(at, b, key, maxURL)
		}
		if c.need(at, b, "title") {
			c.plain(at, b, "title", 199)
		}
		c.str(at, b, "author_name", 49)
		c.plain(at, b, "description", maxLabel)
	case "file":
		c.known(at, b, "block_id", "source", "external_id")
		c.needStr(at, b, "external_id", maxID)
	case "plan":
		c.known(at, b, "block_id", "title", "tasks")
		c.needStr(at, b, "title", maxSectionText)
	case "task_card":
		c.known(at, b, "block_id", "task_id", "title", "status", "details", "output", "sources", "hide_title")
		c.needStr(at, b, "task_id", maxID)
		c.needStr(at, b, "title", maxSectionText)
		c.oneOf(at, b, "status", "pending", "in_progress", "complete", "error")
	case "call", "auth_provider", "data_visualization", "layout":
		// Real blocks, whose limits nobody has written down.
	default:
		c.fail(at+"/type", "unsupported type: %s", kind)
	}
}

func (c *checker) card(at string, b map[string]any) {
	c.known(at, b, "block_id", "hero_image", "icon", "slack_icon", "title", "subtitle", "body", "subtext", "actions")
	if b["hero_image"] == nil && b["title"] == nil && b["actions"] == nil && b["body"] == nil {
		c.fail(at, "missing required field: title")
	}
	c.rich(at, b, "title", maxCardTitle)
	c.rich(at, b, "subtitle", maxCardTitle)
	c.rich(at, b, "body", maxCardBody)
	c.rich(at, b, "subtext", maxCardBody)
	c.elements(at, b, "actions", 1, maxContextAction, inCard)
}

func (c *checker) container(at string, b map[string]any) {
	c.known(at, b, "block_id", "title", "rich_text_title", "subtitle", "child_blocks", "width", "icon",
		"is_collapsible", "default_collapsed", "has_header_divider")
	if b["title"] == nil && b["rich_text_title"] == nil {
		c.fail(at, "missing required field: title")
	}
	c.plain(at, b, "title", maxCardTitle)
	c.rich(at, b, "subtitle", maxCardTitle)
	c.oneOf(at, b, "width", "narrow", "standard", "wide", "full")
	if c.need(at, b, "child_blocks") {
		c.blocks(at+"/child_blocks", b["child_blocks"], maxChildren)
	}
}

// richText checks the shape of rich text, and counts its characters.
func (c *checker) richText(at string, b map[string]any) {
	if !c.need(at, b, "elements") {
		return
	}
	for i, v := range c.items(at, b, "elements", 0, maxTableRows*maxColumns) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		o := c.object(here, v)
		if o == nil || !c.need(here, o, "type") {
			continue
		}
		kind, _ := o["type"].(string)
		switch kind {
		case "rich_text_list":
			c.oneOf(here, o, "style", "bullet", "ordered")
			c.richText(here, o)
		case "rich_text_section", "rich_text_quote", "rich_text_preformatted":
			c.richText(here, o)
		default:
			c.richElement(here, o, kind)
		}
	}
}

func (c *checker) richElement(at string, o map[string]any, kind string) {
	required := map[string]string{
		"text": "text", "link": "url", "user": "user_id", "usergroup": "usergroup_id", "channel": "channel_id",
		"team": "team_id", "broadcast": "range", "emoji": "name", "date": "timestamp", "color": "value",
	}
	key, ok := required[kind]
	switch {
	case ok:
		c.need(at, o, key)
		text, _ := o["text"].(string)
		c.text += utf8.RuneCountInString(text)
	case !slices.Contains([]string{"tag", "work_object", "workflow", "canvas", "citation", "salesforce_record"}, kind):
		c.fail(at+"/type", "unsupported type: %s", kind)
	}
}
