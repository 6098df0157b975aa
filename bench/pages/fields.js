/** Fields as JSON, and values of which every tenth is invalid. */
export function fieldsAndData(count) {
  const kinds = [
    {},
    { type: "integer", value: "42", other: "many" },
    { format: "email", value: "jessica@example.com", other: "jessica" },
    { pattern: "^[a-z][a-z0-9-]*$", value: "acme-store", other: "-acme" },
    { enum: ["us", "eu", "ap"], value: "eu", other: "moon" },
  ];
  const data = {};
  const fields = Array.from({ length: count }, (_, index) => {
    const { value = "some text", other = "", ...kind } = kinds[index % kinds.length];
    const name = `field_${index}`;
    data[name] = index % 10 === 3 ? other : ` ${value} `;
    return { name, displayName: `Field ${index}`, description: "What the provider calls it.", type: "string", required: true, ...kind };
  });
  return { text: JSON.stringify(fields), data };
}
