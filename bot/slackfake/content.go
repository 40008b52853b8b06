package slackfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"
)

const (
	maxText        = 40_000 // longer text is cut off
	maxUpdateText  = 4_000  // documented for chat.update only
	maxMarkdown    = 12_000
	maxAttachments = 100
	// Slack publishes no size for metadata. This is on the small side: it is
	// meant for ids.
	maxMetadata = 8_000
)

// content is what a message says, whichever way it came in.
type content struct {
	text        string
	blocks      []map[string]any
	attachments []map[string]any
	metadata    *Metadata
	markdown    bool // text is Markdown, not mrkdwn
	autoMention bool // parse=full or link_names: a bare @channel pings
	// Which of these the caller gave; chat.update keeps the others.
	gaveText, gaveBlocks, gaveAttachments, gaveMetadata bool
}

// parseContent reads and checks the arguments that say what a message says.
func parseContent(a args) (content, error) {
	var c content
	c.text, c.gaveText = a["text"]
	c.autoMention = a["parse"] == "full" || a.yes("link_names")
	if md, ok := a["markdown_text"]; ok {
		if c.text != "" || a["blocks"] != "" {
			return c, apiError{Code: "markdown_text_conflict"}
		}
		if utf8.RuneCountInString(md) > maxMarkdown {
			return c, apiError{Code: "msg_too_long"}
		}
		c.text, c.gaveText, c.markdown = md, true, true
	}
	if utf8.RuneCountInString(c.text) > maxText {
		c.text = string([]rune(c.text)[:maxText])
	}
	if err := c.parseBlocks(a); err != nil {
		return c, err
	}
	if err := c.parseAttachments(a); err != nil {
		return c, err
	}
	if err := c.parseMetadata(a); err != nil {
		return c, err
	}
	return c, nil
}

func (c *content) parseBlocks(a args) error {
	raw := strings.TrimSpace(a["blocks"])
	if raw == "" {
		return nil
	}
	c.gaveBlocks = true
	problems, tooLong := checkBlocks([]byte(raw), surfaceMessage)
	switch {
	case len(problems) > 0 && problems[0].Pointer == "/blocks" && problems[0].Message == notAnArray:
		return apiError{Code: "invalid_blocks_format"}
	case len(problems) > 0:
		return invalid("invalid_blocks", problems)
	case tooLong:
		return apiError{Code: "msg_blocks_too_long"}
	}
	return json.Unmarshal([]byte(raw), &c.blocks)
}

func (c *content) parseAttachments(a args) error {
	raw := strings.TrimSpace(a["attachments"])
	if raw == "" {
		return nil
	}
	c.gaveAttachments = true
	if json.Unmarshal([]byte(raw), &c.attachments) != nil {
		return apiError{Code: "invalid_attachments"}
	}
	if len(c.attachments) > maxAttachments {
		return apiError{Code: "too_many_attachments"}
	}
	for i, at := range c.attachments {
		blocks, ok := at["blocks"]
		if !ok || blocks == nil {
			continue
		}
		inner, err := json.Marshal(blocks)
		if err != nil {
			return apiError{Code: "invalid_attachments"}
		}
		if problems, _ := checkBlocks(inner, surfaceMessage); len(problems) > 0 {
			for j := range problems {
				problems[j].Pointer = fmt.Sprintf("/attachments/%d%s", i, problems[j].Pointer)
			}
			return invalid("invalid_attachments", problems)
		}
	}
	return nil
}

func (c *content) parseMetadata(a args) error {
	raw := strings.TrimSpace(a["metadata"])
	if raw == "" {
		return nil
	}
	c.gaveMetadata = true
	var fields map[string]any
	if json.Unmarshal([]byte(raw), &fields) != nil {
		return apiError{Code: "invalid_metadata_format"}
	}
	if len(raw) > maxMetadata {
		return apiError{Code: "metadata_too_large"}
	}
	if len(fields) == 0 {
		return nil // an empty object removes what was there
	}
	kind, _ := fields["event_type"].(string)
	payload, ok := fields["event_payload"].(map[string]any)
	if kind == "" || !ok {
		return apiError{Code: "invalid_metadata_schema"}
	}
	c.metadata = &Metadata{EventType: kind, Payload: payload}
	return nil
}

// empty tells whether there is nothing to show.
func (c *content) empty() bool {
	return strings.TrimSpace(c.text) == "" && len(c.blocks) == 0 && len(c.attachments) == 0
}

// complete fills in what Slack fills in when a message is stored: ids of
// blocks and elements, and a text for clients that cannot show blocks.
func (g *ids) complete(c *content) {
	c.blocks = g.fill(c.blocks)
	for i, at := range c.attachments {
		at = maps.Clone(at)
		if at["blocks"] != nil {
			at["blocks"] = g.fill(objects(at["blocks"]))
		}
		if at["id"] == nil {
			at["id"] = i + 1
		}
		c.attachments[i] = at
	}
	if c.text == "" && len(c.blocks) > 0 {
		c.text = "This content can't be displayed."
	}
}

func (g *ids) fill(blocks []map[string]any) []map[string]any {
	blocks = clone(blocks)
	for _, b := range blocks {
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = g.hex(3)[:5]
		}
		g.fillElements(b)
	}
	return blocks
}

// fillElements gives ids to the interactive elements of a block, and the flags
// that Slack adds to text objects.
func (g *ids) fillElements(b map[string]any) {
	for key, v := range b {
		for _, o := range objects(v) {
			switch kind, _ := o["type"].(string); kind {
			case "plain_text":
				if o["emoji"] == nil {
					o["emoji"] = true
				}
			case "mrkdwn":
				if o["verbatim"] == nil {
					o["verbatim"] = false
				}
			default:
				inside := key == "elements" || key == "accessory" || key == "element" || key == "actions"
				if id, _ := o["action_id"].(string); inside && id == "" && interactive(kind) {
					o["action_id"] = g.hex(3)[:5]
				}
				g.fillElements(o)
			}
		}
	}
}
