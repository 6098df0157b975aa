//! Shapes of serialised values: which members there are, which are optional or nullable, and of which kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

/// What the samples cannot show about a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Its strings are a closed set, and the samples contain all of it.
    Words,
    /// Its members have names of the user's or the platform's.
    Record,
    /// It can be anything.
    Unknown,
}

/// The notes by member.
pub type Notes<'a> = &'a [(&'a str, Note)];

/// The kinds of the members. The name of an optional member ends with `?`, as in TypeScript.
pub type Shape = BTreeMap<String, Json>;

/// Named shapes and sets of words, which describe the members of other shapes.
#[derive(Default)]
pub struct Shapes {
    pub answers: BTreeMap<&'static str, Shape>,
    pub words: BTreeMap<&'static str, Json>,
}

impl Shapes {
    /// Names a set of words.
    pub fn words<'a>(&mut self, name: &'static str, words: impl IntoIterator<Item = &'a str>) {
        self.words.insert(name, word_set(words));
    }

    /// Names the shape of these samples. Nested objects must be named before.
    pub fn answer(&mut self, name: &'static str, samples: &[Json], notes: Notes) {
        let shape = self.shape(samples, notes);
        assert!(
            self.answers.insert(name, shape).is_none(),
            "{name} is named twice"
        );
    }

    /// The shape of samples of one type.
    pub fn shape(&self, samples: &[Json], notes: Notes) -> Shape {
        let members = |sample: &Json| sample.as_object().expect("an object").clone();
        let names: BTreeSet<String> = samples
            .iter()
            .flat_map(|sample| members(sample).into_iter().map(|(name, _)| name))
            .collect();
        let mut shape = Shape::new();
        for name in names {
            let values: Vec<&Json> = samples
                .iter()
                .filter_map(|sample| sample.get(&name))
                .collect();
            let note = notes.iter().find(|(member, _)| *member == name);
            let kind = self.kind(&name, &values, note.map(|(_, note)| *note));
            let mark = if values.len() < samples.len() {
                "?"
            } else {
                ""
            };
            shape.insert(format!("{name}{mark}"), kind);
        }
        shape
    }

    fn kind(&self, name: &str, values: &[&Json], note: Option<Note>) -> Json {
        let given: Vec<&Json> = values
            .iter()
            .copied()
            .filter(|value| !value.is_null())
            .collect();
        let kind = match note {
            Some(Note::Unknown) => return json!("unknown"),
            Some(Note::Words) => {
                self.named_words(word_set(given.iter().filter_map(|value| value.as_str())))
            }
            Some(Note::Record) => {
                let members: Vec<&Json> = given
                    .iter()
                    .flat_map(|value| value.as_object().expect("an object").values())
                    .collect();
                json!(format!("Record<{}>", text(self.kind(name, &members, None))))
            }
            None => json!(self.plain_kind(name, &given)),
        };
        match given.len() < values.len() {
            true => json!(format!("{} | null", text(kind))),
            false => kind,
        }
    }

    fn plain_kind(&self, name: &str, values: &[&Json]) -> String {
        let all = |test: fn(&Json) -> bool| values.iter().all(|value| test(value));
        assert!(!values.is_empty(), "no sample has a value for `{name}`");
        if all(Json::is_string) {
            "string".to_owned()
        } else if all(Json::is_number) {
            "number".to_owned()
        } else if all(Json::is_boolean) {
            match values.iter().all(|value| value == &values[0]) {
                true => values[0].to_string(),
                false => "boolean".to_owned(),
            }
        } else if all(Json::is_array) {
            let items: Vec<&Json> = values
                .iter()
                .flat_map(|value| value.as_array().expect("an array"))
                .collect();
            format!("{}[]", self.plain_kind(name, &items))
        } else {
            let objects: Vec<&serde_json::Map<String, Json>> = values
                .iter()
                .map(|value| {
                    value
                        .as_object()
                        .unwrap_or_else(|| panic!("`{name}` is of several kinds"))
                })
                .collect();
            let fitting = self
                .answers
                .iter()
                .filter(|(_, shape)| objects.iter().all(|object| fits(object, shape)));
            let names: Vec<&str> = fitting.map(|(name, _)| *name).collect();
            assert_eq!(names.len(), 1, "`{name}` is one of {names:?}");
            names[0].to_owned()
        }
    }

    fn named_words(&self, words: Json) -> Json {
        let named = self.words.iter().find(|(_, named)| **named == words);
        named.map_or(words.clone(), |(name, _)| json!(name))
    }
}

/// Words as the members of an object, so that TypeScript compares them.
pub fn word_set<'a>(words: impl IntoIterator<Item = &'a str>) -> Json {
    words
        .into_iter()
        .map(|word| (word.to_owned(), json!(true)))
        .collect()
}

/// Whether an object has the required members and no unknown ones.
pub fn fits(object: &serde_json::Map<String, Json>, shape: &Shape) -> bool {
    let mut required = shape.keys().filter(|name| !name.ends_with('?'));
    let is_known =
        |name: &String| shape.contains_key(name) || shape.contains_key(&format!("{name}?"));
    object.keys().all(is_known) && required.all(|name| object.contains_key(name))
}

fn text(kind: Json) -> String {
    kind.as_str()
        .expect("a kind that is no set of words")
        .to_owned()
}
