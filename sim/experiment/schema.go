package experiment

import (
	"encoding/json"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
)

// schemaNode is a part of a JSON schema.
type schemaNode = map[string]any

// Schema returns a JSON schema (draft-07, which editors for TOML read) of experiment files: completion and descriptions
// in editors. What the schema lets pass is still checked by Load: units and ranges are in descriptions.
func Schema(kinds *Registries) ([]byte, error) {
	root := schemaNode{"$schema": "http://json-schema.org/draft-07/schema#", "title": "Burstplex experiment",
		"type":       "object",
		"properties": schemaNode{}, "additionalProperties": false}
	for _, s := range AllKeys(kinds) {
		for _, k := range s.Keys {
			place(root, k, s)
		}
	}
	// The names of own models and parameters are the users'.
	if p := descend(root, "populations.NAME"); p != nil {
		p["additionalProperties"] = true
	}
	return json.MarshalIndent(root, "", "  ")
}

// place puts a key into the schema; kinds share a table, whose keys are those of all of them.
func place(root schemaNode, k config.KeyDoc, s Section) {
	parts := strings.Split(k.Key, ".")
	at := root
	for _, part := range parts[:len(parts)-1] {
		name, list := strings.CutSuffix(part, "[]")
		var next schemaNode
		if name == "NAME" {
			next, _ = at["additionalProperties"].(schemaNode)
			if next == nil {
				next = schemaNode{"type": "object", "properties": schemaNode{}, "additionalProperties": false}
				at["additionalProperties"] = next
			}
		} else {
			properties := at["properties"].(schemaNode)
			next, _ = properties[name].(schemaNode)
			if next == nil {
				next = schemaNode{"type": "object", "properties": schemaNode{}, "additionalProperties": false}
				if list {
					next = schemaNode{"type": "array", "items": next}
				}
				properties[name] = next
			}
			if next["properties"] == nil && next["items"] == nil { // a value of one kind, a table of another
				delete(next, "enum")
				next["type"], next["properties"] = []string{"string", "number", "object"}, schemaNode{}
			}
			if items, ok := next["items"].(schemaNode); ok {
				next = items
			}
			if next["properties"] == nil { // a value of another kind: of this one it is a table
				delete(next, "type")
				delete(next, "enum")
				next["properties"] = schemaNode{}
			}
		}
		at = next
	}
	last := parts[len(parts)-1]
	value := schemaNode{}
	if doc := description(k); doc != "" {
		value["description"] = doc
	}
	switch {
	case strings.HasPrefix(k.Type, "list"):
		value["type"] = "array"
	case k.Type == "true or false":
		value["type"] = "boolean"
	case k.Type == "whole number":
		value["type"] = "integer"
	case k.Type == "text" && k.Range != "" && !strings.ContainsAny(k.Range, "([") && last != "model":
		value["enum"] = strings.Split(k.Range, ", ")
	case k.Type == "text":
	default:
		value["type"] = []string{"number", "string"} // with a unit it is text
	}
	if last == "NAME" {
		at["additionalProperties"] = value
		return
	}
	properties := at["properties"].(schemaNode)
	if old, ok := properties[last].(schemaNode); ok && s.Kind != "" { // of several kinds: what they have in common
		for _, key := range []string{"type", "enum"} {
			if !sameJSON(old[key], value[key]) {
				delete(old, key)
			}
		}
		old["description"] = joined(old["description"], value["description"], s.Kind)
		return
	}
	if s.Kind != "" {
		value["description"] = joined(nil, value["description"], s.Kind)
	}
	properties[last] = value
	if k.Required && s.Kind == "" {
		required, _ := at["required"].([]string)
		at["required"] = append(required, last)
	}
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// joined says which kind a description is of; equal ones are said once.
func joined(old, more any, kind string) string {
	a, _ := old.(string)
	b, _ := more.(string)
	line := kind + ": " + b
	if a == "" {
		return line
	}
	return a + "\n" + line
}

// description is meaning, unit, range and default in a line.
func description(k config.KeyDoc) string {
	parts := []string{}
	if k.Doc != "" {
		parts = append(parts, k.Doc)
	}
	if k.Unit != "" {
		parts = append(parts, "unit: "+k.Unit)
	}
	if k.Range != "" {
		parts = append(parts, "allowed: "+k.Range)
	}
	if k.Default != "" {
		parts = append(parts, "default: "+k.Default)
	}
	return strings.Join(parts, "; ")
}

// descend returns the schema of a table.
func descend(root schemaNode, path string) schemaNode {
	for _, part := range strings.Split(path, ".") {
		if part == "NAME" {
			root, _ = root["additionalProperties"].(schemaNode)
		} else if properties, ok := root["properties"].(schemaNode); ok {
			root, _ = properties[part].(schemaNode)
		}
		if root == nil {
			return nil
		}
	}
	return root
}
