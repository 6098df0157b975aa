//! The modules of `src/` import each other in one direction only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as FilePath;

use syn::visit::{Visit, visit_item_use, visit_path};
use syn::{File, Item, ItemMod, ItemUse, Path, UseTree, Visibility};

/// The segments of a path from the crate's root, such as `["core", "flow", "Flow"]`.
type Segments = Vec<String>;

struct Module {
    file: File,
    /// Imported names, and where each comes from.
    names: BTreeMap<String, Segments>,
}

type Modules = BTreeMap<Segments, Module>;

#[test]
fn modules_import_each_other_in_one_direction() {
    let mut modules = Modules::new();
    read_folder(
        &FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &[],
        &mut modules,
    );
    assert!(modules.len() > 50, "src/ was not read");
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, module) in &modules {
        let mut imports = Imports {
            at: path,
            modules: &modules,
            found: BTreeSet::new(),
        };
        imports.visit_file(&module.file);
        arrows.insert(path.join("::"), imports.found);
    }
    // A module that imports none of the rest, or that none of the rest imports, is in no cycle.
    loop {
        let imported: BTreeSet<String> = arrows.values().flatten().cloned().collect();
        let before = arrows.len();
        arrows.retain(|module, imports| !imports.is_empty() && imported.contains(module));
        let rest: BTreeSet<String> = arrows.keys().cloned().collect();
        arrows
            .values_mut()
            .for_each(|imports| imports.retain(|module| rest.contains(module)));
        if arrows.len() == before {
            break;
        }
    }
    assert!(
        arrows.is_empty(),
        "import cycles among these modules: {arrows:#?}"
    );
}

fn read_folder(folder: &FilePath, at: &[String], modules: &mut Modules) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut path = at.to_vec();
        if name != "lib" {
            path.push(name);
        }
        if file.is_dir() {
            read_folder(&file, &path, modules);
        } else if file.extension().is_some_and(|end| end == "rs") {
            let file = syn::parse_file(&std::fs::read_to_string(&file).unwrap()).unwrap();
            let mut names = BTreeMap::new();
            for item in &file.items {
                if let Item::Mod(child) = item {
                    let child = child.ident.to_string();
                    names.insert(child.clone(), [path.as_slice(), &[child]].concat());
                }
            }
            let children = names.clone();
            for item in &file.items {
                if let Item::Use(item) = item {
                    leaves(&item.tree, &[], &mut |name, leaf| {
                        let source = match children.get(&leaf[0]) {
                            Some(child) => [child, &leaf[1..]].concat(),
                            None => absolute(&path, leaf),
                        };
                        names.insert(name, source);
                    });
                }
            }
            modules.insert(path, Module { file, names });
        }
    }
}

/// Calls `found` with each name that a `use` brings in, and its path.
fn leaves(tree: &UseTree, before: &[String], found: &mut dyn FnMut(String, Segments)) {
    let with = |name: String| [before, &[name]].concat();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string()), found),
        UseTree::Group(group) => group
            .items
            .iter()
            .for_each(|tree| leaves(tree, before, found)),
        UseTree::Name(name) if name.ident == "self" => {
            found(before.last().unwrap().clone(), before.to_vec())
        }
        UseTree::Name(name) => found(name.ident.to_string(), with(name.ident.to_string())),
        UseTree::Rename(name) => found(name.rename.to_string(), with(name.ident.to_string())),
        UseTree::Glob(_) => found("*".to_owned(), before.to_vec()),
    }
}

/// A path without `crate`, `self` and `super`, as seen from a module.
fn absolute(at: &[String], path: Segments) -> Segments {
    match path[0].as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [at, &path[1..]].concat(),
        "super" => absolute(
            &at[..at.len() - 1],
            [&["self".to_owned()], &path[1..]].concat(),
        ),
        _ => path,
    }
}

/// The modules that one module imports.
struct Imports<'a> {
    at: &'a Segments,
    modules: &'a Modules,
    found: BTreeSet<String>,
}

impl Imports<'_> {
    /// Adds the module that defines an item. Follows re-exports.
    fn add(&mut self, path: Segments) {
        let mut path = absolute(self.at, path);
        loop {
            let is_module = |end: &usize| self.modules.contains_key(&path[..*end]);
            let end = (0..=path.len()).rev().find(is_module).unwrap();
            let Some(name) = path.get(end) else { return };
            let module = &path[..end];
            match self.modules[module].names.get(name) {
                Some(source) if source[..] != path[..=end] => {
                    path = [source, &path[end + 1..]].concat()
                }
                _ if module == self.at.as_slice() => return,
                _ => {
                    self.found.insert(module.join("::"));
                    return;
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Imports<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // A re-export needs nothing. Whoever imports through it needs what it names.
        if matches!(item.vis, Visibility::Inherited) {
            leaves(&item.tree, &[], &mut |name, _| {
                self.add(vec!["self".to_owned(), name])
            });
        }
        visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let mut segments: Segments = path
            .segments
            .iter()
            .map(|it| it.ident.to_string())
            .collect();
        if let Some(source) = self.modules[self.at].names.get(&segments[0]) {
            segments.splice(..1, source.iter().cloned());
            segments.insert(0, "crate".to_owned());
            self.add(segments);
        } else if ["crate", "self", "super"].contains(&segments[0].as_str()) {
            self.add(segments);
        }
        visit_path(self, path);
    }

    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}
}
