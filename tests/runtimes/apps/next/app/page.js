export default () => <p>An app with a gateway.</p>;
